(** * W_N -> - W_N *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite inertia subspaces.
From Geometry.thm41 Require Import heads direction.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Symmetry.
Variable F : realFieldType.
Variables s s' s'' : F -> F.

(** W_N -> - W_N, with b_N readjusted to b_N + 2 W_N x_(N-1), at the state with input [x]. *)
Fixpoint flip k n (N : layers F k n) : 'rV[F]_n -> layers F k n :=
  match N in layers _ _ n return 'rV[F]_n -> layers F k n with
  | Last _ W b => fun x => Last (- W) (b + 2%:R *: (x *m W^T))
  | Layer _ _ W b rest => fun x => Layer W b (flip rest (map_mx s (affine W b x)))
  end.

Lemma flip_head k n (N : layers F k n) x : head s (flip N x) x = head s N x.
Proof.
elim: N x => [n' W b|n' m W b rest IH] x /=; last exact: IH.
rewrite /affine [(- W)^T]linearN mulmxN /=; move: (x *m W^T) => w.
by rewrite scaler_nat mulr2n addrCA addKr addrC.
Qed.

Lemma flip_jacobian k n (N : layers F k n) x : jacobian s s' (flip N x) x = - jacobian s s' N x.
Proof. by elim: N x => [n' W b|n' m W b rest IH] x //=; rewrite IH !mulNmx. Qed.

(** One layer of the formula: M = W_1^T (diag(delta_1 o s''(a_1)) + S M' S) W_1, with S = diag(s'(a_1)) and the M' of the other layers. *)
Lemma interaction_layer k n m (W : 'M[F]_(m, n)) b (rest : layers F k m) rho x :
  let a := affine W b x in let x1 := map_mx s a in let S := diag_mx (map_mx s' a) in
  interaction s s' s'' (Layer W b rest) rho x =
  W^T *m (diag_mx (\row_j ((rho *m jacobian s s' rest x1) 0 j * s'' (a 0 j)))
          + S *m interaction s s' s'' rest rho x1 *m S) *m W.
Proof.
move=> a x1 S; rewrite {1}/interaction.
have -> : gains s s' s'' (Layer W b rest) rho x =
  block_mx (diag_mx (\row_j ((rho *m jacobian s s' rest x1) 0 j * s'' (a 0 j)))) 0 0 (gains s s' s'' rest rho x1).
  rewrite /gains -diag_mx_row; congr diag_mx; apply/rowP => j; rewrite mxE /= -[j]splitK.
  by case: (split j) => i /=; rewrite ?row_mxEl ?row_mxEr ?mxE ?row_mxEl ?row_mxEr.
rewrite /= -/a -/x1 -/S tr_col_mx mul_row_block !mulmx0 addr0 add0r mul_row_col.
rewrite /interaction mulmxDr mulmxDl; congr (_ + _).
by rewrite !trmx_mul tr_diag_mx !mulmxA.
Qed.

(** M becomes - M. *)
Lemma flip_interaction k n (N : layers F k n) rho x :
  interaction s s' s'' (flip N x) rho x = - interaction s s' s'' N rho x.
Proof.
elim: N x => [n' W b|n' m W b rest IH] x.
  by rewrite /interaction /= !mulmx0 oppr0.
have e p q (A : 'M[F]_(p, q)) (B C : 'M_q) D : A *m (- B + - C) *m D = - (A *m (B + C) *m D).
  by rewrite -opprD mulmxN mulNmx.
rewrite /= !interaction_layer /= flip_jacobian IH -e; congr (_ *m (_ + _) *m _).
  rewrite -raddfN; congr diag_mx; apply/rowP => j.
  by rewrite [LHS]mxE [RHS]mxE [in RHS]mxE -mulNr; congr (_ * _); rewrite mulmxN mxE.
by rewrite mulmxN mulNmx.
Qed.

(** W_N -> - W_N, with b_N readjusted to keep h(z), keeps rho and hess L (functions of h(z)), G, K = ker (hess L J) and criticality, and turns M into - M. *)
Theorem part_symmetry k d (N : layers F k d) (z : 'rV_d) :
  let N' := flip N z in
  [/\ head s N' z = head s N z,
      forall H : 'M_k, pullback s s' N' H z = pullback s s' N H z,
      forall H : 'M_k, (ker (H *m jacobian s s' N' z) :=: ker (H *m jacobian s s' N z))%MS,
      forall rho : 'rV_k, rho *m jacobian s s' N' z = 0 <-> rho *m jacobian s s' N z = 0 &
      forall rho : 'rV_k, interaction s s' s'' N' rho z = - interaction s s' s'' N rho z].
Proof.
move=> N'; split=> [|H|H|rho|rho]; rewrite /N' /pullback ?flip_head ?flip_jacobian ?flip_interaction //.
- by rewrite [(- _)^T]linearN /= !mulNmx mulmxN opprK.
- have e v : v *m (- (H *m jacobian s s' N z))^T = 0 <-> v *m (H *m jacobian s s' N z)^T = 0 :> 'rV_k.
    rewrite [(- _)^T]linearN /= mulmxN; split=> [/eqP|->]; last by rewrite oppr0.
    by rewrite oppr_eq0 => /eqP.
  by rewrite mulmxN; apply/eqmxP/andP; split; apply: sub_rows => v /kerP h; apply/kerP/e.
- rewrite mulmxN; split=> [/eqP|->]; last by rewrite oppr0.
  by rewrite oppr_eq0 => /eqP.
Qed.

(** So one of the two is unstable where M is not zero on K as a form, and both are where it is zero on K and M K is not 0 (for any symmetric hess L). *)
Theorem part_symmetry_pair k d (N : layers F k d) (z : 'rV_d) (H : 'M_k) (rho : 'rV_k) :
  sym H ->
  let N' := flip N z in let K := ker (H *m jacobian s s' N z) in let M := interaction s s' s'' N rho z in
  ((exists2 v : 'rV_d, (v <= K)%MS & quad M v != 0) ->
     unstable (effective s s' s'' N H rho z) \/ unstable (effective s s' s'' N' H rho z)) /\
  ((forall v : 'rV_d, (v <= K)%MS -> quad M v = 0) -> (exists2 v : 'rV_d, (v <= K)%MS & v *m M != 0) ->
     unstable (effective s s' s'' N H rho z) /\ unstable (effective s s' s'' N' H rho z)).
Proof.
move=> sH N' K M; have [_ pl _ _ it] := part_symmetry N z.
have E : effective s s' s'' N H rho z = pullback s s' N H z + M by [].
have E' : effective s s' s'' N' H rho z = pullback s s' N H z - M by rewrite /effective pl it.
have sM : sym M by apply: sym_pull; apply: sym_diag.
have sE : sym (pullback s s' N H z) by apply: sym_pull.
have KG v : (v <= K)%MS -> quad (pullback s s' N H z) v = 0 by apply: kernel_quad.
have KG' (v : 'rV_d) : (v <= K)%MS -> v *m pullback s s' N H z = 0.
  move=> vK; have e : v *m (H *m jacobian s s' N z)^T = 0 := elimT (kerP _ _) vK.
  by move: e; rewrite /pullback trmx_mul sH !mulmxA => ->; rewrite mul0mx.
split=> [[v vK nv]|z0 [v vK nv]].
  have [neg|pos|e] := ltgtP (quad M v) 0; last by rewrite e eqxx in nv.
    by left; exists v; rewrite E quad_mxD KG // add0r.
  by right; exists v; rewrite E' quad_mxB KG // sub0r oppr_lt0.
split; [rewrite E | rewrite E']; apply: (isotropic_unstable (v := v)).
- exact: symD.
- by rewrite quad_mxD KG // z0 // addr0.
- by rewrite mulmxDr KG' // add0r.
- exact: symB.
- by rewrite quad_mxB KG // z0 // subr0.
- by rewrite mulmxBr KG' // sub0r oppr_eq0.
Qed.

End Symmetry.
