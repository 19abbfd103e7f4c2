(** * A head that is constant on every orbit and loses no information *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces differential expansions.
From Geometry.thm53 Require Import finite simplex order rank refutations.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Invariant.
Variable F : realFieldType.

(** The point of the plane with coordinates [a] and [b]. *)
Definition point (a b : F) : 'rV[F]_2 := \row_j (if j == 0 then a else b).

(** The augmentation T_t z = (z_1 + 2 t z_2 + t^2, z_2 + t). *)
Definition shear (t : 'rV[F]_1) (z : 'rV[F]_2) : 'rV[F]_2 :=
  point (z 0 0 + 2%:R * t 0 0 * z 0 1 + t 0 0 ^+ 2) (z 0 1 + t 0 0).

(** The head h(z) = z_1 - z_2^2. *)
Definition parabola (z : 'rV[F]_2) : 'rV[F]_1 := (z 0 0 - z 0 1 ^+ 2)%:M.

Lemma pointE (z : 'rV[F]_2) : z = point (z 0 0) (z 0 1).
Proof. by apply/rowP => -[[|[|//]] i]; rewrite !mxE; congr (z _ _); apply: val_inj. Qed.

Lemma point0 a b : point a b 0 0 = a. Proof. by rewrite mxE. Qed.
Lemma point1 a b : point a b 0 1 = b. Proof. by rewrite mxE. Qed.

(** The tangent space of the orbit of z: the row space of (2 z_2, 1). *)
Definition tangent (z : 'rV[F]_2) : 'rV[F]_2 := point (2%:R * z 0 1) 1.

Lemma differential_shear z : differential (shear ^~ z) 0 (tangent z)^T.
Proof.
apply: (@differential_quadratic _ _ _ _ _ _ 1 1) => // t _.
have -> : norm1 t = `|t 0 0| by rewrite {1}[t]mx11_scalar norm1_scalar.
rewrite add0r trmxK.
have -> : shear t z - shear 0 z - t *m tangent z = t 0 0 ^+ 2 *: delta_mx 0 0.
  apply/rowP => -[[|[|//]] i]; rewrite /shear !mxE big_ord1 !mxE /=; ring.
rewrite norm1Z mul1r normrX; suff -> : norm1 (delta_mx 0 0 : 'rV[F]_2) = 1 by rewrite mulr1.
by rewrite /norm1 big_ord1 !big_ord_recl big_ord0 !mxE /= normr1 normr0 !addr0.
Qed.

(** Reading invariant, "if h is constant on every orbit then rank I_h <= rank I_z - dim V_aug", is false: h(T_t z) = h(z) for all t and z, the orbits have a tangent space of dimension 1 at every z, I_z and I_h are the Fisher matrices about the mean of z of the laws of z and of h(z), and both have rank 2. *)
Theorem refuted_invariant :
  exists (X Y : finType) (h : 'rV[F]_2 -> 'rV[F]_1) (T : 'rV_1 -> 'rV_2 -> 'rV_2) (V : 'rV_2 -> 'rV_2)
         (z : X -> 'rV_2) (g : X -> Y) (w : Y -> 'rV_1) (p : 'rV_2 -> X -> F) (t : 'rV_2) (I_z I_h : 'M_2),
  [/\ values h z g w /\ (forall t, \sum_x p t x *: z x = t),
      fisher p t I_z, fisher (fun t' => pushforward g (p t')) t I_h,
      forall u, [/\ T 0 u = u, forall s, h (T s u) = h u & differential (T ^~ u) 0 (V u)^T] &
      forall u, [/\ \rank (V u) = 1%N, \rank I_z = 2%N &
      ~ (\rank I_h)%:Z <= (\rank I_z)%:Z - (\rank (V u))%:Z]].
Proof.
pose z (x : option 'I_2) : 'rV[F]_2 := if x is Some i then delta_mx 0 i else 0.
pose w (x : option 'I_2) : 'rV[F]_1 := (if x is Some i then (if i == 0 then 1 else -1) else 0)%:M.
pose t : 'rV[F]_2 := const_mx 3%:R^-1.
have ut : uniform (1%:M : 'M[F]_2) t by rewrite /uniform trmx1 mulmx1.
have n10 : (1 : F) != 0 := oner_neq0 _.
have n1N : (1 : F) != -1 by rewrite -subr_eq0 opprK (pnatr_eq0 _ 2).
have nN0 : (-1 : F) != 0 by rewrite oppr_eq0.
have n01 : (0 : F) != 1 by rewrite eq_sym.
have nN1 : (-1 : F) != 1 by rewrite eq_sym.
have n0N : (0 : F) != -1 by rewrite eq_sym.
have iw : injective w.
  have inj a b : (a%:M : 'rV[F]_1) = b%:M -> a = b by move/rowP/(_ 0); rewrite !mxE.
  move=> [[[|[|//]] i]|] [[[|[|//]] j]|] //= /inj /= /eqP;
  rewrite ?(negPf n10) ?(negPf n1N) ?(negPf nN0) ?(negPf n01) ?(negPf nN1) ?(negPf n0N) // => _;
  by congr Some; apply: val_inj.
have hz x : parabola (z x) = w x.
  case: x => [[[|[|//]] i]|]; rewrite /parabola /z /w !mxE /=;
  by rewrite ?expr0n ?expr1n ?subr0 ?sub0r.
have iz : injective z by move=> x y e; apply: iw; rewrite -!hz e.
exists _, _, parabola, shear, tangent, z, id, w, (simplex 1%:M), t, (simplex_information 1%:M), (simplex_information 1%:M).
split.
- split=> [|s]; first by split.
  rewrite sum_option scaler0 add0r /simplex trmx1 mulmx1; apply/rowP => j.
  by rewrite summxE (bigD1 j) //= !mxE !eqxx mulr1 big1 ?addr0 // => i; rewrite eq_sym => ij; rewrite !mxE (negPf ij) andbF mulr0.
- exact: simplex_fisher.
- exact/pushforward_id/simplex_fisher.
- move=> u; split; last exact: differential_shear.
    by rewrite /shear [RHS]pointE !mxE mulr0 mul0r expr0n !addr0.
  by move=> s; rewrite /parabola /shear !point0 !point1; congr (_%:M); ring.
- move=> u; have tu : tangent u != 0.
    by apply/eqP => /rowP /(_ 1); rewrite point1 mxE => /eqP; rewrite oner_eq0.
  by rewrite !simplex_rank mxrank1 rank_rV tu.
Qed.

End Invariant.
