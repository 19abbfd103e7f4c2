(** Theorem 3.1, part [linear] and reading [linear-factor]: strictly linear heads, where v^T H_eff v = c |v|^2
    with one c > 0 is enough. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Geometry Require Import forms semidefinite inertia sylvester roots matrices.
From Geometry Require Import jets pullback smooth real_functions ranks.
From Geometry.thm31 Require Import whitening strictly_linear parts met rays.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** A positive factor leaves the number of positive eigenvalues. *)
Lemma n_plus_scaled (F : rcfType) n (a : F) (A : 'M[F]_n) : 0 < a -> n_plus (a *: A) = n_plus A.
Proof.
have le (b : F) (B : 'M[F]_n) : 0 < b -> (n_plus B <= n_plus (b *: B))%N.
  move=> b0; have [V [rV pV]] := n_plus_has B; apply: n_plus_ge; exists V; split=> // x xV x0.
  by rewrite quad_mxZ mulr_gt0 // pV.
move=> a0; apply/eqP; rewrite eqn_leq (le a) // andbT.
have := le a^-1 (a *: A); rewrite scalerA mulVf ?gt_eqF // scale1r; apply.
by rewrite invr_gt0.
Qed.

(** With H = a^-1 (a H), W whitens for a^-1 H what it whitens up to the factor a for H. *)
Lemma whitens_scaled (F : rcfType) k d s (a : F) (H : 'M[F]_k) (W : 'M[F]_(k, d)) (Q : 'M[F]_(d, s)) :
  0 < a -> whitens (a^-1 *: H) W Q <-> Q^T *m (W^T *m H *m W) *m Q = a%:M.
Proof.
move=> a0; rewrite /whitens.
have -> : Q^T *m (W^T *m (a^-1 *: H) *m W) *m Q = a^-1 *: (Q^T *m (W^T *m H *m W) *m Q).
  by rewrite -scalemxAr -!scalemxAl -scalemxAr -scalemxAl.
split=> [h|->]; last by rewrite scale_scalar_mx mulVf // gt_eqF.
by have := congr1 (GRing.scale a) h; rewrite scalerA mulfV ?gt_eqF // scale1r scale_scalar_mx mulr1.
Qed.

(** Part [linear], up to a factor. A W and a c > 0 with Q^T W^T hess L(W z) W Q = c I_s exist if and only if
    (a) z = 0 and s <= n_+(hess L(0)), or (b) z is not in S and some u has
    s <= n_+(hess L(u)), or (c) 0 <> z in S and some such u also has
    u^T hess L(u) u > 0. S is the span of the columns of Q. *)
Theorem part_linear_factor k d s (L : vec k -> R) (z : vec d) (Q : 'M[R]_(d, s)) :
  (forall u, C2 L u) -> Q^T *m Q = 1%:M ->
  (exists (c : R) (W : mat k d), 0 < c /\
     Q^T *m ((mx W)^T *m mx (hess L (vectors.mulv W z)) *m mx W) *m Q = c%:M) <->
  [\/ z = vectors.zerov /\ (s <= n_plus (mx (hess L vectors.zerov)))%N,
      ~~ (row_of z <= Q^T)%MS /\ (exists u, (s <= n_plus (mx (hess L u)))%N) |
      [/\ z <> vectors.zerov, (row_of z <= Q^T)%MS &
          exists u, (s <= n_plus (mx (hess L u)))%N /\
            0 < quad (mx (hess L u)) (row_of u)]].
Proof.
move=> LC Q1; pose H (c : R) u := c^-1 *: mx (hess L (vec_of u)).
have sH c u : sym (H c u) by apply/symZ/sym_hess.
have z0 m : vec_of (0 : 'rV_m) = vectors.zerov.
  by apply: row_of_inj; rewrite vec_ofK; apply/rowP => i; rewrite !mxE.
have r0 m : row_of (@vectors.zerov m) = 0 by rewrite -z0 vec_ofK.
have nH c u : 0 < c -> n_plus (H c u) = n_plus (mx (hess L (vec_of u))).
  by move=> c0; rewrite n_plus_scaled ?invr_gt0.
split=> [[c [W [c0 hW]]]|h].
  have [|[zz sn]|[zS [u hu]]|[zz zS [u [sn Hu]]]] := (linear_iff Q1 (row_of z) (sH c)).1.
  - by exists (mx W); apply/(whitens_scaled _ _ _ c0); rewrite -row_mulv row_ofK.
  - by apply: Or31; split; [apply: row_of_inj; rewrite r0 | rewrite -z0 -(nH c)].
  - by apply: Or32; split=> //; exists (vec_of u); rewrite -(nH c).
  apply: Or33; split=> //; first by move=> h; rewrite h r0 eqxx in zz.
  exists (vec_of u); rewrite vec_ofK; split; first by rewrite -(nH c).
  have : 0 < quad (H c u) u by rewrite Hu sqn_gt0.
  by rewrite quad_mxZ pmulr_rgt0 // invr_gt0.
have [c [c0 h1]] : exists c : R, 0 < c /\
  [\/ row_of z = 0 /\ (s <= n_plus (H c 0%R))%N,
      ~~ (row_of z <= Q^T)%MS /\ (exists u, (s <= n_plus (H c u))%N) |
      [/\ row_of z != 0, (row_of z <= Q^T)%MS &
          exists u, (s <= n_plus (H c u))%N /\ quad (H c u) u = sqn (row_of z)]].
  case: h => [[zz sn]|[zS [u hu]]|[zz zS [u [sn Hu]]]].
  - by exists 1; split; [exact: ltr01 | apply: Or31; rewrite (nH _ _ ltr01) z0 zz r0].
  - by exists 1; split; [exact: ltr01 | apply: Or32; split; [exact: zS | exists (row_of u); rewrite (nH _ _ ltr01) row_ofK]].
  have zn : row_of z != 0 by apply/eqP => h; apply: zz; apply: row_of_inj; rewrite r0.
  have zp : 0 < sqn (row_of z) by rewrite sqn_gt0.
  exists (quad (mx (hess L u)) (row_of u) / sqn (row_of z)).
  have c0 : 0 < quad (mx (hess L u)) (row_of u) / sqn (row_of z) by rewrite divr_gt0.
  split; [exact: c0 | apply: Or33; split; [exact: zn | exact: zS | exists (row_of u)]].
  rewrite (nH _ _ c0) row_ofK; split; first exact: sn.
  by rewrite quad_mxZ row_ofK invf_div mulfVK // gt_eqF.
have [W hW] := (linear_iff Q1 (row_of z) (sH c)).2 h1.
exists c, (mat_of W); split; first exact: c0.
rewrite -[vectors.mulv _ z]row_ofK row_mulv !mat_ofK.
exact: (whitens_scaled _ _ _ c0).1 hW.
Qed.

(** Where hess L is positive semidefinite everywhere and not 0 at u0, some u has n_+(hess L(u)) >= rank hess L(u0) and
    u^T hess L(u) u > 0. Otherwise hess L(w) w = 0 at every w with so large a rank, and hess L(u0) = 0. *)
Lemma semidefinite_reaches k (L : vec k -> R) (u0 : vec k) :
  (forall u, C2 L u) -> (forall u, psd (mx (hess L u))) -> mx (hess L u0) != 0 ->
  exists u, (\rank (mx (hess L u0)) <= n_plus (mx (hess L u)))%N /\ 0 < quad (mx (hess L u)) (row_of u).
Proof.
move=> LC pH /eqP ne; apply: Classical_Prop.NNPP => no; apply: ne.
apply/matrixP => j i; rewrite !mxE; apply: (@ray_zero k L u0 LC) => t [t0 _] same.
have t1 : t != 0 by rewrite gt_eqF //; apply/RltP.
have rk : \rank (mx (hess L (vectors.scalev t u0))) = \rank (mx (hess L u0)).
  have -> : mx (hess L u0) = t *: mx (hess L (vectors.scalev t u0)).
    by apply/matrixP => a b; rewrite !mxE -same.
  by rewrite mxrank_scale_nz.
have := @rank_near k (vectors.scalev t u0) k k (fun w => mx (hess L w)).
rewrite rk => H; apply: near_imp (H _) => [w rw b|a b]; last first.
  apply: (cont_ext_near (f := fun w => hess L w a b)); first by apply: near_all => w; rewrite mxE.
  by apply: C1_cont_partial; exact: (LC _).2.
have q0 : quad (mx (hess L w)) (row_of w) = 0.
  apply/eqP; rewrite eq_le (pH w).2 andbT leNgt; apply/negP => pos; apply: no.
  by exists w; rewrite n_plus_psd.
have := congr1 (fun M : 'rV_k => M 0 b) (psd_kernel (pH w) q0); rewrite !mxE; apply: etrans.
by apply: eq_bigr => c _; rewrite !mxE mulrC.
Qed.

(** Reading [linear-factor] holds: with hess L positive semidefinite everywhere, r the rank of hess L(h_0(z)) and
    h_0(z) = W_0 z, for every S of dimension r some h = W z and some c > 0 have v^T H_eff v = c |v|^2 on S at z:
    Q^T H_eff(z) Q = c I. *)
Theorem reading_linear_factor k d (L : vec k -> R) (W0 : mat k d) (z : vec d) :
  let u0 := affine W0 vectors.zerov z in
  forall Q : 'M[R]_(d, \rank (mx (hess L u0))), (forall u, C2 L u) -> Q^T *m Q = 1%:M ->
  (forall u, psd (mx (hess L u))) ->
  exists (c : R) (W : mat k d), 0 < c /\
    Q^T *m mx (effective L (affine W vectors.zerov) z) *m Q = c%:M.
Proof.
move=> u0; set r := \rank _ => Q LC Q1 pH.
have r0 m : row_of (@vectors.zerov m) = 0 by apply/rowP => i; rewrite !mxE.
have [|c [W [c0 hW]]] := (part_linear_factor z LC Q1).2; last first.
  exists c, W; split=> //; rewrite effective_affine_mx //.
  suff -> : affine W vectors.zerov z = vectors.mulv W z by [].
  by apply: row_of_inj; rewrite row_affine row_mulv r0 addr0.
have [zz|zz] := eqVneq (row_of z) 0.
  have z0 : z = vectors.zerov by apply: row_of_inj; rewrite r0.
  apply: Or31; split=> //; rewrite n_plus_psd // -[vectors.zerov](_ : u0 = _) //.
  by apply: row_of_inj; rewrite /u0 z0 row_affine !r0 mul0mx addr0.
have [zS|zS] := boolP (row_of z <= Q^T)%MS; last by apply: Or32; split=> //; exists u0; rewrite n_plus_psd.
apply: Or33; split=> //; first by move=> h; rewrite h r0 eqxx in zz.
apply: semidefinite_reaches => //; apply: contraNneq zz => H0; move: zS.
have r00 : r = 0%N by rewrite /r H0 mxrank0.
by move=> /mxrankS; rewrite rank_rV; case: eqVneq => // _ /leq_trans /(_ (rank_leq_row _)); rewrite r00.
Qed.
Lemma reading_linear_factor_met n (W0 : mat n n) (z : vec n) :
  let u0 := affine W0 vectors.zerov z in
  [/\ forall u, C2 (@paraboloid n) u, forall u, psd (mx (hess (@paraboloid n) u)) &
      exists Q : 'M[R]_(n, \rank (mx (hess (@paraboloid n) u0))), Q^T *m Q = 1%:M].
Proof.
split=> [u|u|]; rewrite ?paraboloid_hess; [exact: paraboloid_C2 | exact: psd1 |].
by rewrite mxrank1; exists 1%:M; rewrite trmx1 mulmx1.
Qed.
